/** Entry of the `robots` bucket, by host token. `fetching`: somebody fetches it, until `untilMs`. */
export type RobotsEntry =
  | { state: 'fetching'; untilMs: number }
  /** `body`: the file's bytes in base64, which keeps what is noise as it is and the entry below the bucket's limit. */
  | { state: 'known'; status: number; body: string; storedAtMs: number }

/** RFC 9309 §2.4: at most 24 hours. The bucket's age limit is the same; this also bounds the copies in memory. */
export const maxRobotsAgeMs = 24 * 3_600_000
