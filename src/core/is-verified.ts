interface Verifiable {
  readonly verifiedAt: number | null;
}

/** Whether the user has proven an authenticator, or answered a challenge. Until then it is pending. */
export function isVerified<Row extends Verifiable>(row: Row): row is Row & { readonly verifiedAt: number } {
  return row.verifiedAt !== null;
}
