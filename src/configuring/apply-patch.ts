/** Members of a row to change: undefined stays as it is, null clears, anything else is the new value. */
type Patch<Row> = { readonly [Name in keyof Row]?: Row[Name] | undefined };

/** The row with a PATCH applied. */
export function applyPatch<Row extends object>(row: Row, patch: Patch<Row>): Row {
  return { ...row, ...definedMembers(patch) };
}

/** The stored members with those that were sent applied: null removes a member. Values are replaced as a whole. */
export function applySettings(
  stored: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries({ ...stored, ...definedMembers(sent) }).filter(([, value]) => value !== null),
  );
}

/** Like {@link applySettings}, but objects are merged key by key, and removed if they become empty. */
export function mergeSettings(
  stored: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged = Object.entries(sent).map(([name, value]) => {
    if (!isGroup(value)) return [name, value] as const;
    const before = Object.hasOwn(stored, name) ? stored[name] : undefined;
    const group = mergeSettings(isGroup(before) ? before : {}, value);
    return [name, Object.keys(group).length === 0 ? null : group] as const;
  });
  return applySettings(stored, Object.fromEntries(merged));
}

function definedMembers(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
