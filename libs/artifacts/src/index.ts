export { type ArtifactsEnv, artifactsEnv, openArtifactStore } from './config.ts'
export { makeObjectStore, type ObjectStoreConfig } from './object-store.ts'
export { makeS3Store, type S3Config } from './s3-store.ts'
export type { ArtifactEntry, ArtifactSource, ArtifactStat, ArtifactStore } from './store.ts'
