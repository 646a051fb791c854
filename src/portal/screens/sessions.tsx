import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { OwnSession } from '../api/types.ts';
import { Button, Failure, PageHead, Skeleton, Tag, Time } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';
import { ChangePassword } from './change-password.tsx';

/** Where the operator is signed in. */
export function Sessions() {
  const { session } = useScene();
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: () => call<OwnSession[]>('GET', '/v1/portal/sessions'),
  });
  const [isChanging, setChanging] = useState(false);
  const end = useMutation({
    mutationFn: (sessionId: string) => call('DELETE', `/v1/portal/sessions/${encodeURIComponent(sessionId)}`),
    onSuccess: () => tell('Session ended'),
    onError: () => tell('Not ended', 'The server did not answer. Try again.', 'bad'),
    onSettled: () => refetch(),
  });
  return (
    <div className="Page">
      <PageHead title="Your sessions">
        {session.stepUpBy === 'app' ? <Button onClick={() => setChanging(true)}>Change password</Button> : null}
      </PageHead>
      {isChanging ? (
        <ChangePassword email={session.email} close={() => setChanging(false)} changed={() => void refetch()} />
      ) : null}
      <p className="Faint">
        A session ends after {session.idleMinutes} minutes without a call, and after 12 hours. If you do not know one of
        these, end it, and ask an admin to invite you again: that ends all of them and replaces what you sign in with.
      </p>
      {error !== null && data === undefined ? (
        <Failure error={error} what="Your sessions" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Sessions are" lines={3} />
      ) : (
        <ul className="Things">
          {data.map(({ sessionId, isCurrent, createdAt, seenAt, ipAddress, userAgent }) => (
            <li key={sessionId}>
              <div className="ThingMain ThingStack">
                <strong className="Cut">{browserWords(userAgent)}</strong>
                <span className="Faint Number">{ipAddress}</span>
              </div>
              <span className="Faint ThingNote">
                Signed in <Time at={createdAt} isRelative />, used <Time at={seenAt} isRelative />
              </span>
              {isCurrent ? (
                <Tag tone="main">This one</Tag>
              ) : (
                <Button isBusy={end.isPending} onClick={() => end.mutate(sessionId)}>
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const browsers = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = ['Windows', 'iPhone', 'iPad', 'Android', 'Macintosh', 'Linux'] as const;

/** Good enough to tell one's own computers apart. */
function browserWords(userAgent = ''): string {
  const browser = browsers.find(([sign]) => userAgent.includes(sign))?.[1] ?? 'A browser';
  const system = systems.find((sign) => userAgent.includes(sign));
  return system === undefined ? browser : `${browser} on ${system === 'Macintosh' ? 'Mac' : system}`;
}
