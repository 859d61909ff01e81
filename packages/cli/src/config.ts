export { definePeel, type PeelConfig } from "@banana-peel/format";
