export {
  createKeyFile,
  defaultKeyPath,
  type KeyEnvironment,
  publicKeyPath,
  readKeyFile,
} from "./key-files.js";
