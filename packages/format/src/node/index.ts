export { folderSource } from "./folder-source.js";
