import type { DeviceFiles } from "banana-sdk/react-native";
import { Directory, File, Paths } from "expo-file-system";

const uri = (path: string) => `file://${path}`;
const plain = (address: string) => address.replace(/^file:\/\//, "").replace(/\/$/, "");

/** Folders of the device, as paths. */
export const places = { documents: plain(Paths.document.uri), cache: plain(Paths.cache.uri) };

/** The device's files, as banana-sdk asks for them. */
export const files: DeviceFiles = {
  read: (path) => new File(uri(path)).bytes(),
  async readRange(path, offset, length) {
    const handle = new File(uri(path)).open();
    try {
      handle.offset = offset;
      return await handle.readBytes(length);
    } finally {
      handle.close();
    }
  },
  async write(path, bytes) {
    const file = new File(uri(path));
    file.create({ overwrite: true });
    await file.write(bytes);
  },
  async makeFolder(path) {
    new Directory(uri(path)).create({ intermediates: true, idempotent: true });
  },
  async remove(path) {
    const { exists, isDirectory } = Paths.info(uri(path));
    if (exists) (isDirectory ? new Directory(uri(path)) : new File(uri(path))).delete();
  },
};
