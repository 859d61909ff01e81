import { definePeel } from "banana-peel/config";

// What peel.json says of the peel: banana-peel validate, pack, sign and publish write it into peel/peel.json. What
// commands write there themselves (adapters by import, previews by generate) stays, unless it is named here.
export default definePeel({
  name: "{{name}}",
  version: "0.1.0",
  description: "{{description}}",
  license: "{{license}}",
  keywords: [],
  // Words in a prompt that call on the peel, if it has any: { word: "my-word", description: "What it draws." }
  triggers: [],
});
