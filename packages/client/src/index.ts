export { type AddOptions, type AddReport, addPeels, type OtherPeel } from "./add.js";
export { addAdapter, type NewAdapter } from "./add-adapter.js";
export { type AuditReport, auditPeels } from "./audit/audit.js";
export type { AuditFinding, AuditKind } from "./audit/finding.js";
export { type ListedBase, listBases } from "./bases.js";
export { preparePeel } from "./config/prepare-peel.js";
export { createPeel, type NewPeel } from "./create-peel.js";
export { type DeprecateOptions, type DeprecateReport, deprecatePeel } from "./deprecate.js";
export { type DiffOptions, diffPeels, type PeelDiff } from "./diff/diff-peels.js";
export { type Disk, nodeDisk } from "./disk/disk.js";
export { writeWhole } from "./disk/write-whole.js";
export { runDoctor } from "./doctor/doctor.js";
export type { DoctorOptions, Finding } from "./doctor/finding.js";
export { openPeelAt } from "./find-peel.js";
export { peelInfo } from "./info.js";
export { type InitReport, initProject } from "./init.js";
export { type InstallOptions, type InstallReport, installPeels } from "./install.js";
export { openInstalledPeel, openInstalledPeels } from "./installed-peel.js";
export { type ListedPeel, listPeels } from "./list.js";
export type { NeedPath } from "./lock-graph.js";
export { type AccountOptions, login, logout, whoami } from "./login.js";
export { openSource } from "./open-source.js";
export type { ProjectOptions } from "./options.js";
export { type OutdatedPeel, outdatedPeels } from "./outdated.js";
export { openPackagedPeel, type PackagedPeelOptions } from "./packaged-peel.js";
export { writePreview } from "./previews.js";
export type { OnProgress, Progress } from "./progress.js";
export { type OpenedBase, openBaseCard, type Project, peelFolder } from "./project/read-project.js";
export { openProject } from "./project/with-project.js";
export { lockText, projectText } from "./project/write-json.js";
export { type PublishOptions, type PublishReport, publishPeel } from "./publish.js";
export { createCatalogue } from "./registry/catalogue.js";
export { loadRegistryConfig, type RegistryConfig } from "./registry/npm-config.js";
export type { Answer, Requester, RequestOptions } from "./registry/request.js";
export { type RemoveOptions, type RemoveReport, removePeels } from "./remove.js";
export type { InstalledPeel } from "./report.js";
export { type FoundPeel, searchPeels } from "./search.js";
export { type SignReport, signPath } from "./sign-path.js";
export { isSigned, signSource } from "./sign-source.js";
export { type CachedPeel, cleanCache, listCache } from "./store/cache.js";
export { extractedSource, extractTarball } from "./store/extract.js";
export { mergedFolder, storeFolder } from "./store/location.js";
export { openStore, type StagedPeel, type Store, type StoredPeel } from "./store/store.js";
export {
  overlay,
  type PackedPeel,
  type PackPlan,
  packPeel,
  planPack,
  withPackageJson,
} from "./tarball/pack.js";
export { type PackedFile, packFile } from "./tarball/pack-file.js";
export { TARBALL_LIMITS, type TarballLimits } from "./tarball/read-tarball.js";
export { type TarballDigests, tarballDigests } from "./tarball/tarball-digests.js";
export { unpackTarball } from "./tarball/unpack.js";
export { addTrust, removeTrust, type TrustPolicy, trustPolicy } from "./trust-policy.js";
export { type UnpublishOptions, type UnpublishReport, unpublishPeel } from "./unpublish.js";
export { type UpdateOptions, type UpdateReport, updatePeels } from "./update.js";
export { type ValidationReport, validateFolder } from "./validate.js";
export { type VerifyReport, verifyPath } from "./verify.js";
export { type WhyReport, whyPeel } from "./why.js";
