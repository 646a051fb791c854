import type { PushEndpoints, Pusher } from './pusher.ts';

/** The push services of tenants, each with its connections and tokens. Connections that nobody uses close by themselves. */
export interface TenantPushers {
  readonly endpoints: PushEndpoints;
  /** The tenant's own of this service, kept while `fingerprint`, which identifies its credentials, stays the same. */
  pusherOf(tenantId: string, service: string, fingerprint: string, open: () => Pusher): Pusher;
  close(): void;
}

export function tenantPushers(endpoints: PushEndpoints): TenantPushers {
  const kept = new Map<string, { readonly fingerprint: string; readonly pusher: Pusher }>();
  return {
    endpoints,
    pusherOf(tenantId, service, fingerprint, open) {
      const name = JSON.stringify([tenantId, service]);
      const known = kept.get(name);
      if (known?.fingerprint === fingerprint) return known.pusher;
      known?.pusher.close();
      const pusher = open();
      kept.set(name, { fingerprint, pusher });
      return pusher;
    },
    close() {
      for (const { pusher } of kept.values()) pusher.close();
      kept.clear();
    },
  };
}
