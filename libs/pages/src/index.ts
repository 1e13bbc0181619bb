export { bodyHashOf, isHtml } from './page-record.ts'
export { maxPageViewBytes, pageViewOf } from './page-view.ts'
export { extractFetched, type FetchedPage, readPage, redirectTarget } from './read-page.ts'
export { packFileHead, packPage, readPages, type StoredPage } from './stored-page.ts'
