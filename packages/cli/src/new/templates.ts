import { fileURLToPath } from "node:url";

/** What `new` can make. */
export const TEMPLATES = {
  peel: { title: "a peel", hint: "a LoRA as a signed package" },
  "host-node": { title: "a Node program", hint: "uses peels by onnxruntime-node" },
  "host-web": { title: "a web page", hint: "uses peels by onnxruntime-web and Vite" },
  "host-react-native": { title: "a React Native app", hint: "uses peels by onnxruntime-react-native" },
} as const;

export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as TemplateName[];

/** Folder of a template: the build copies the repository's templates/ beside the code. */
export function templateFolder(name: TemplateName): string {
  return fileURLToPath(new URL(`../../dist/templates/${name}`, import.meta.url));
}
