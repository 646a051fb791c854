/** The IPv4 address of the n-th user, up to a million; 14 characters. {@link userAddressSql} gives the same in SQL. */
export function userAddressOf(number: number): string {
  const part = (divisor: number) => 100 + (Math.floor(number / divisor) % 100);
  return `81.${part(1)}.${part(100)}.${part(10_000)}`;
}

export function userAddressSql(number: string): string {
  const part = (divisor: number) => `(100 + (${number}) / ${divisor} % 100)`;
  return `'81.' || ${part(1)} || '.' || ${part(100)} || '.' || ${part(10_000)}`;
}
