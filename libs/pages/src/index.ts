export { bodyHashOf, isHtml } from './page-record.ts'
export { type FetchedPage, readPage } from './read-page.ts'
export { packFileHead, packPage, readPages, type StoredPage } from './stored-page.ts'
