export { type OpenFolderOptions, openBase } from "./open-folder.js";
