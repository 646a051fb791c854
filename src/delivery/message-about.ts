/** What a message is about. Tenants' own endpoints and templates are told (server-api 8.4). */
export interface MessageAbout {
  readonly verificationMethod: string;
  readonly userId?: string | undefined;
  readonly actionCode?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Data points of the action that the tenant lets its provider have. */
  readonly customVariables?: Readonly<Record<string, string>> | undefined;
}
