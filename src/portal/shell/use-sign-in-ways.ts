import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { SignInWays } from '../api/types.ts';

/** What the doors offer besides a passkey. */
export function useSignInWays() {
  return useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: () => call<SignInWays>('GET', '/v1/portal/sign-in'),
    staleTime: Infinity,
  });
}
