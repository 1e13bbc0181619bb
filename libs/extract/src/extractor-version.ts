/**
 * Raised whenever the same page would give another record: what earlier versions made of a page is then not taken over
 * by later runs, but read again.
 */
export const extractorVersion = 3
