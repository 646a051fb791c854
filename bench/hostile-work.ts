/** The worst that a tenant may ask of a server in one kind of work; `hostile-tenants.ts` looks what others notice of it. */
export interface HostileWork {
  readonly what: string;
  /** Makes what it needs, once. */
  prepare(tenant: HostileTenant): Promise<void>;
  /** Does the work once; fails if it is answered otherwise than it should be. */
  work(tenant: HostileTenant): Promise<void>;
}

export interface HostileTenant {
  /** Calls the management API. @throws if the answer has another status */
  manage(method: string, path: string, body: unknown, status?: number): Promise<unknown>;
  /** Calls the server API. @throws as `manage` */
  call(method: string, path: string, body: unknown, status?: number): Promise<unknown>;
}
