import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Session } from '../api/types.ts';

export const sessionKey = ['session'] as const;

/** Who is signed in. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: () => call<Session>('GET', '/v1/portal/session'),
    staleTime: 60_000,
  });
}
