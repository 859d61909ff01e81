/** Codes of hosting a registry and of its gate. */
export const registryCodes = {
  PUBLISH_INVALID: {
    title: "The publish request is not one of a peel.",
    explanation:
      "The request has one version, one tarball and one tag, and its name and version are those of the tarball's peel.json. banana-peel publish and npm publish send it so.",
    exit: 3,
  },
  VERSION_EXISTS: {
    title: "The version was already published.",
    explanation: "A published version never changes. Raise the version in peel.json, sign and publish again.",
    exit: 6,
  },
  LISTEN_FAILED: {
    title: "The registry can't listen on the address.",
    explanation:
      "Another program uses the port, or this one may not use it. Choose another port; 0 takes a free one.",
    exit: 6,
  },
  STORAGE_INVALID: {
    title: "The registry's storage can't be used.",
    explanation:
      "A file that the registry keeps about a name is broken. Nothing is accepted for that name until it is mended.",
    exit: 7,
  },
} as const;
