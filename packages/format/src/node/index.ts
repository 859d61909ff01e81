export { folderSource } from "./folder-source.js";
export { isAbandoned, isAtWork, ownName } from "./process-id.js";
