/** The most expensive requests of one kind that a tenant may send; `hostile-tenants.ts` measures what others notice. */
export interface HostileWork {
  readonly what: string;
  /** Creates what it needs, once. */
  prepare(tenant: HostileTenant): Promise<void>;
  /** Does the work once; fails if the response is not the expected one. */
  work(tenant: HostileTenant): Promise<void>;
}

export interface HostileTenant {
  /** Calls the management API. @throws if the response has another status */
  manage(method: string, path: string, body: unknown, status?: number): Promise<unknown>;
  /** Calls the server API. @throws as `manage` */
  call(method: string, path: string, body: unknown, status?: number): Promise<unknown>;
}
