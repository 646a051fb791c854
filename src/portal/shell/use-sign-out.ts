import { useSignOutTexts } from '#portal-texts/shell.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../api/call.ts';
import { tell } from '../kit/toasts.tsx';

/** Ends the session, and says so if that did not work: whoever leaves a computer must know. */
export function useSignOut(): () => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return () =>
    void call('DELETE', '/v1/portal/session').then(
      async () => {
        await navigate({ to: '/sign-in', search: { why: 'out' } });
        queries.clear();
      },
      () => tell(useSignOutTexts.failed, useSignOutTexts.failedText, 'bad'),
    );
}
