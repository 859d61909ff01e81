export { loraFiles } from "./lora-files.js";
