/**
 * The files of a device, as an app's file library reads and writes them: a few lines over expo-file-system or
 * react-native-fs (docs/guides/react-native.md). Paths are absolute, without `file://`.
 */
export interface DeviceFiles {
  /** All bytes of a file. Rejects when there is none. */
  read(path: string): Promise<Uint8Array>;
  /** `length` bytes from `offset`, for libraries that can; merging then doesn't read whole files. */
  readRange?(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Makes a file, or puts new bytes in its place. Its folder exists. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes a folder and those above it; does nothing when it exists. */
  makeFolder(path: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; does nothing when there is none. */
  remove(path: string): Promise<void>;
}

/** An absolute path without `file://` and without a slash at its end. */
export function plainPath(path: string): string {
  const bare = path.startsWith("file:") ? decodeURIComponent(path.slice("file:".length)) : path;
  return bare.replace(/^\/{2,}/, "/").replace(/(?<=.)\/+$/, "");
}
