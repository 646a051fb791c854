const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be one of our own ids. Anything else does not exist, so the database is not queried. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
