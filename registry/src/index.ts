export { addUser, type RegistryUser } from "./add-user.js";
export { type Registry, type RegistryOptions, startRegistry } from "./start-registry.js";
export type { LogLevel } from "./verdaccio/config.js";
