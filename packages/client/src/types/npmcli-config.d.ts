declare module "@npmcli/config" {
  interface Options {
    definitions: unknown;
    shorthands: unknown;
    flatten: unknown;
    nerfDarts?: unknown;
    npmPath: string;
    argv?: string[];
    env?: Record<string, string | undefined>;
    cwd?: string;
    warn?: boolean;
  }
  export default class Config {
    constructor(options: Options);
    load(): Promise<void>;
    validate(): boolean;
    get(key: string): unknown;
    isDefault(key: string): boolean;
    readonly flat: Record<string, unknown>;
  }
}

declare module "@npmcli/config/lib/definitions/index.js" {
  const exported: {
    definitions: Record<string, { readonly type: unknown }>;
    shorthands: unknown;
    flatten: unknown;
    nerfDarts: unknown;
  };
  export default exported;
}
