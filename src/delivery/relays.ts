import type { Relay } from './relay.ts';

/** The relays of tenants with their own providers, by tenant and method, each with its connections and breakers. */
export interface Relays<Message> {
  /**
   * The tenant's relay. An existing one is kept while `fingerprint`, which identifies providers and credentials, stays the
   * same. A different one replaces it, and the old connections are closed.
   */
  relayOf(tenantId: string, method: string, fingerprint: string, open: () => Relay<Message>): Relay<Message>;
  /** Closes relays whose fingerprint is no longer the tenant's. */
  closeStale(fingerprintOf: (tenantId: string, method: string) => string | undefined): void;
  /** The providers that are passed over now, once for each tenant. */
  openBreakers(): readonly string[];
  close(): void;
}

export function openRelays<Message>(): Relays<Message> {
  interface Kept {
    readonly tenantId: string;
    readonly method: string;
    readonly fingerprint: string;
    readonly relay: Relay<Message>;
  }
  const kept = new Map<string, Kept>();
  function forget(place: string): void {
    kept.get(place)?.relay.close();
    kept.delete(place);
  }
  return {
    relayOf(tenantId, method, fingerprint, open) {
      const place = `${tenantId} ${method}`;
      const known = kept.get(place);
      if (known?.fingerprint === fingerprint) return known.relay;
      forget(place);
      const relay = open();
      kept.set(place, { tenantId, method, fingerprint, relay });
      return relay;
    },
    closeStale(fingerprintOf) {
      for (const [place, { tenantId, method, fingerprint }] of kept) {
        if (fingerprintOf(tenantId, method) !== fingerprint) forget(place);
      }
    },
    openBreakers: () => [...kept.values()].flatMap(({ relay }) => relay.openBreakers()),
    close() {
      for (const place of [...kept.keys()]) forget(place);
    },
  };
}
