export { mergePolicy } from './merge-policy.ts'
export { type Catalogue, CatalogueError, readCatalogue, readPolicies, readSitesFile } from './read-catalogue.ts'
export { readSiteEntry } from './read-site-entry.ts'
export { type SiteProblem, siteProblems } from './site-problems.ts'
