/**
 * The values of each tenant, tenants in the order of their first one. A job reads once what is due for all tenants, and
 * then writes one tenant at a time: a statement that writes names its tenant (decision 0034).
 */
export function byTenant<Row extends { readonly tenantId: string }, Value>(
  rows: readonly Row[],
  valueOf: (row: Row) => Value,
): ReadonlyMap<string, readonly Value[]> {
  const found = new Map<string, Value[]>();
  for (const row of rows) {
    const values = found.get(row.tenantId) ?? [];
    values.push(valueOf(row));
    found.set(row.tenantId, values);
  }
  return found;
}
