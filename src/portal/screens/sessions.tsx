import { commonTexts } from '#portal-texts/kit.ts';
import { sessionsTexts } from '#portal-texts/sessions.ts';
import { fill, fillNodes } from '../kit/fill.ts';
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
    onSuccess: () => tell(sessionsTexts.sessionEnded),
    onError: () => tell(sessionsTexts.notEnded, commonTexts.noAnswer, 'bad'),
    onSettled: () => refetch(),
  });
  return (
    <div className="Page">
      <PageHead title={sessionsTexts.heading}>
        {session.stepUpBy === 'app' ? (
          <Button onClick={() => setChanging(true)}>{sessionsTexts.changePassword}</Button>
        ) : null}
      </PageHead>
      {isChanging ? (
        <ChangePassword email={session.email} close={() => setChanging(false)} changed={() => void refetch()} />
      ) : null}
      <p className="Faint">{fill(sessionsTexts.text, { idleMinutes: session.idleMinutes })}</p>
      {error !== null && data === undefined ? (
        <Failure error={error} title={sessionsTexts.sessionsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={sessionsTexts.sessionsLoading} lines={3} />
      ) : (
        <ul className="Things">
          {data.map(({ sessionId, isCurrent, createdAt, seenAt, ipAddress, userAgent }) => (
            <li key={sessionId}>
              <div className="ThingMain ThingStack">
                <strong className="Cut">{browserWords(userAgent)}</strong>
                <span className="Faint Number">{ipAddress}</span>
              </div>
              <span className="Faint ThingNote">
                {fillNodes(sessionsTexts.signedInUsed, {
                  createdAt: <Time at={createdAt} isRelative />,
                  seenAt: <Time at={seenAt} isRelative />,
                })}
              </span>
              {isCurrent ? (
                <Tag tone="main">{sessionsTexts.thisOne}</Tag>
              ) : (
                <Button isBusy={end.isPending} onClick={() => end.mutate(sessionId)}>
                  {sessionsTexts.end}
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
  const browser = browsers.find(([sign]) => userAgent.includes(sign))?.[1] ?? sessionsTexts.aBrowser;
  const system = systems.find((sign) => userAgent.includes(sign));
  return system === undefined
    ? browser
    : fill(sessionsTexts.browserOnSystem, { browser, system: system === 'Macintosh' ? 'Mac' : system });
}
