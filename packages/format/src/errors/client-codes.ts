/** Codes of the registry protocol, the store, and installing. */
export const clientCodes = {
  REGISTRY_UNREACHABLE: {
    title: "The registry can't be reached.",
    explanation: "No connection, or no answer in time. Nothing was changed; try again.",
    exit: 6,
  },
  REGISTRY_CERTIFICATE: {
    title: "The registry's certificate isn't trusted.",
    explanation:
      "Its TLS certificate is of an authority that this machine doesn't know, for other names, or out of its time; the message says which. Nothing was sent. A company's own authority is named by cafile in .npmrc; a clock that is wrong makes every certificate look expired.",
    exit: 6,
  },
  REGISTRY_REFUSED: {
    title: "The registry refused the request.",
    explanation:
      "The answer's status says why: 401 and 403 are a matter of login and rights, 409 means that the version exists, 422 that the gate found problems, which are listed.",
    exit: 6,
  },
  REGISTRY_INVALID: {
    title: "The registry's answer is not what the protocol says.",
    explanation: "It may be another kind of server, or a page of a proxy.",
    exit: 6,
  },
  DOWNLOAD_FAILED: {
    title: "The download failed.",
    explanation:
      "The server gave no answer, another than the file, or the connection ended before the whole file came. Nothing was changed; try again.",
    exit: 6,
  },
  INTEGRITY_MISMATCH: {
    title: "The tarball is not the one that was promised.",
    explanation:
      "Its SHA-512 differs from the registry's or the lockfile's. It was changed on its way or in the registry, and is not installed.",
    exit: 4,
  },
  TARBALL_INVALID: {
    title: "The tarball is not a package.",
    explanation:
      "It is not a gzipped tar archive of plain files under package/, or it is larger than the limits.",
    exit: 3,
  },
  DISK_FULL: {
    title: "The disk is full.",
    explanation:
      "The message names what was to be written, how large it is where that is known, and what is free on that disk: the project's, the store's or another. What was half-written has been removed, and what was there before is as it was. Free some space and try again.",
    exit: 7,
  },
  TARGET_READ_ONLY: {
    title: "The folder can't be written to.",
    explanation: "Nothing was changed. Check the folder's permissions.",
    exit: 7,
  },
  FOLDER_EXISTS: {
    title: "The new folder is there already.",
    explanation:
      "A command that makes a folder never writes into one that exists. Nothing was changed: name another folder, or move this one away.",
    exit: 7,
  },
  PEEL_NOT_ADDED: {
    title: "The project has no peel of that name.",
    explanation:
      "It is neither in banana.json nor in banana.lock. banana-peel list shows the peels that are; banana-peel add adds one.",
    exit: 5,
  },
  PEEL_NEEDED: {
    title: "Other peels of the project need this one.",
    explanation:
      "banana.json doesn't ask for it itself, so that taking it away would only bring it back with the next install. Remove the peels that need it; it goes with them.",
    exit: 5,
  },
  PROJECT_INVALID: {
    title: "banana.json or banana.lock can't be used.",
    explanation: "The file is broken, or of a version that this program doesn't know.",
    exit: 3,
  },
  LOCK_OUTDATED: {
    title: "banana.lock doesn't match banana.json.",
    explanation:
      "A peel that banana.json asks for is not in the lockfile, or in another version. Run banana-peel install.",
    exit: 5,
  },
  USAGE: {
    title: "The command was not understood.",
    explanation: "See banana-peel help.",
    exit: 2,
  },
  CANCELLED: {
    title: "Stopped before the end.",
    explanation:
      "The command was interrupted (Ctrl-C), or the program that called gave up. Nothing was changed; the exit status is the one that shells use for an interrupt.",
    exit: 130,
  },
  CONFIG_INVALID: {
    title: "peel.config.ts can't be used.",
    explanation:
      "It must run, and export by default an object of plain JSON: the fields of peel.json that the author writes by hand. definePeel of banana-peel/config gives it types.",
    exit: 3,
  },
  PACKAGE_MISSING: {
    title: "An npm package that this command needs is not installed.",
    explanation:
      "Some commands work with packages that most machines never need: a registry's server, onnxruntime. The message names the package and the hint the command that installs it.",
    exit: 1,
  },
  PROJECT_BUSY: {
    title: "Another process is working in this project.",
    explanation:
      "Only one command at a time changes a project's peels. It was waited for, but it didn't end. Nothing was changed.",
    exit: 1,
  },
} as const;
