/** The tenant of the page, and calls on its behalf. */
import { createContext, useContext, useMemo } from 'react';
import { call } from '../api/call.ts';
import type { Method } from '../api/call.ts';
import type { Permission, Session, Tenant } from '../api/types.ts';

export interface Scene {
  readonly session: Session;
  readonly tenant: Tenant;
  may(permission: Permission): boolean;
  /** A call of the portal's API. */
  portal<Reply>(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<Reply>;
  /** A call of the management API. */
  manage<Reply>(method: Method, path: string, body?: object): Promise<Reply>;
}

const SceneContext = createContext<Scene | undefined>(undefined);
export const SceneProvider = SceneContext.Provider;

export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (scene === undefined) throw new Error('There is no tenant here.');
  return scene;
}

export function useNewScene(session: Session, tenant: Tenant): Scene {
  return useMemo(() => {
    const { tenantId, permissions } = tenant;
    const at =
      (prefix: string) =>
      <Reply,>(method: Method, path: string, body?: object, signal?: AbortSignal) =>
        call<Reply>(method, `${prefix}${path}`, { tenantId, ...(body === undefined ? {} : { body }), signal });
    return {
      session,
      tenant,
      may: (permission) => permissions.includes(permission),
      portal: at('/v1/portal'),
      manage: at('/v1/management'),
    };
  }, [session, tenant]);
}
