// What the React Native template uses of packages that only a device needs, in their own words:
// expo-file-system 58, react 19, react-native 0.88, onnxruntime-react-native 1.24.3.
declare module "expo-file-system" {
  export class Directory {
    constructor(uri: string);
    readonly uri: string;
    create(options?: { intermediates?: boolean; idempotent?: boolean }): void;
    delete(): void;
  }
  export class FileHandle {
    offset: number | null;
    readBytes(length: number): Promise<Uint8Array<ArrayBuffer>>;
    close(): void;
  }
  export class File {
    constructor(uri: string);
    bytes(): Promise<Uint8Array<ArrayBuffer>>;
    open(): FileHandle;
    create(options?: { overwrite?: boolean }): void;
    write(bytes: Uint8Array): Promise<void>;
    delete(): void;
  }
  export const Paths: {
    readonly document: Directory;
    readonly cache: Directory;
    info(uri: string): { exists: boolean; isDirectory: boolean | null };
  };
}
declare module "onnxruntime-react-native" {
  export * from "onnxruntime-common";
}
declare module "react" {
  export function useState<T>(initial: T): [T, (value: T) => void];
}
declare module "react/jsx-runtime" {}
declare module "react-native" {
  export const SafeAreaView: (props: { children?: unknown }) => null;
  export const Text: (props: { children?: unknown }) => null;
  export const Button: (props: { title: string; onPress: () => void }) => null;
}
declare namespace JSX {
  interface ElementChildrenAttribute {
    children: unknown;
  }
}
