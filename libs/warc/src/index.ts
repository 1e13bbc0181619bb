export { type HttpResponse, httpRequestBlock, httpResponseBlock, parseHttpResponse } from './http-block.ts'
export { readWarc, WarcError } from './read-warc.ts'
export { type NewWarcRecord, packWarcRecord, type WarcRecord, warcRecordId } from './warc-record.ts'
