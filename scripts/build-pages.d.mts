/** Builds the pages if anything changed since the last time. */
export function buildPages(): Promise<void>;
