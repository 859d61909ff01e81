export { diskError, isDiskFull } from "./disk-error.js";
export { folderSource } from "./folder-source.js";
export { type FolderDisk, makeFolder, unmakeFolder } from "./make-folder.js";
export { isAbandoned, isAtWork, ownName } from "./process-id.js";
