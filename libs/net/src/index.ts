export { type AddressGuard, type GuardVerdict, makeAddressGuard, type UrlVerdict } from './address-guard.ts'
export { type DecodedText, decodeText } from './charset.ts'
export type { Resolve, ResolvedAddress } from './dns.ts'
export { FetchError, type FetchFailure, type FetchFailureKind, fetchFailureKinds } from './failure.ts'
export {
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpFailed,
  type HttpPage,
  type HttpRequest,
  type HttpStream,
  makeHttpClient,
} from './http-client.ts'
