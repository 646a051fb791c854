import { brandingTexts } from '#portal-texts/branding.ts';
import { fill } from '../../kit/fill.ts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../api/call.ts';
import type { PreviewState } from '../../api/types.ts';
import { manifests } from '../../../methods/manifests.ts';
import fieldsJson from '../../forms/theme.json' with { type: 'json' };
import { changesOf } from '../../kit/described-values.ts';
import type { Field, Values } from '../../kit/described-values.ts';
import { Failure, Notice, PageHead, Skeleton } from '../../kit/parts.tsx';
import { refusalWords } from '../../kit/refusal-words.ts';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { sessionKey } from '../../shell/use-session.ts';
import { contrastWarnings } from './contrasts.ts';
import { previewDocument } from './preview-document.ts';

const fields = fieldsJson as unknown as readonly Field[];

const states: readonly (readonly [PreviewState, string])[] = [
  ['ENROLMENT', brandingTexts.choosingWhatToSetUp],
  ...manifests.flatMap(({ verificationMethod, words, isOffered }) =>
    isOffered === true
      ? [[verificationMethod, fill(brandingTexts.confirming, { method: words.toLowerCase() })] as const]
      : [],
  ),
  ['SETTINGS', brandingTexts.theUsersSettings],
  ['DONE', brandingTexts.confirmed],
  ['REVIEW', brandingTexts.waitingForAReview],
  ['FAILED', brandingTexts.notConfirmed],
  ['BLOCKED', brandingTexts.blocked],
  ['CANNOT_CONFIRM', brandingTexts.noWayToConfirm],
  ['EXPIRED', brandingTexts.expired],
];
const settleMs = 400;

export function Branding() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const read = () => manage<Values>('GET', '/theme');
  const { data, error, refetch } = useQuery({ queryKey: [tenantId, 'theme'], queryFn: read });
  const [held, setHeld] = useState<Values>();
  return (
    <div className="Page">
      <PageHead title={brandingTexts.branding} />
      {error !== null && data === undefined ? (
        <Failure error={error} title={brandingTexts.themeNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={brandingTexts.themeLoading} />
      ) : (
        <>
          <Preview changes={changesOf(fields, data, held ?? data)} />
          {contrastWarnings(held ?? data).map((words) => (
            <Notice key={words} tone="wait">
              {words}
            </Notice>
          ))}
          <ResourceForm
            label={brandingTexts.theme}
            fields={fields}
            opened={data}
            read={read}
            save={(changes) => manage<Values>('PATCH', '/theme', changes)}
            saved={(now) => {
              queries.setQueryData([tenantId, 'theme'], now);
              // The tenant has the same name, which is in the session.
              void queries.invalidateQueries({ queryKey: sessionKey });
              void queries.invalidateQueries({ queryKey: [tenantId, 'tenant'] });
              tell(brandingTexts.brandingSaved, brandingTexts.brandingSavedText);
            }}
            isFixed={!may('configuration:change')}
            watch={setHeld}
          />
        </>
      )}
    </div>
  );
}

/** The pages of users as they would look with the changes, drawn by the server and shown without their script. */
function Preview({ changes }: { readonly changes: Values }) {
  const { tenantId } = useScene().tenant;
  const [state, setState] = useState<string>('EMAIL_OTP');
  const [isDark, setDark] = useState(false);
  const [width, setWidth] = useState('320');
  const wanted = JSON.stringify({ state, theme: changes });
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), settleMs);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { data, error, isFetching } = useQuery({
    queryKey: [tenantId, 'page-preview', asked],
    queryFn: ({ signal }) =>
      call<string>('POST', '/v1/portal/page-preview', {
        tenantId,
        body: JSON.parse(asked) as object,
        isText: true,
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 60_000,
  });
  const frame = useRef<HTMLIFrameElement>(null);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const hear = ({ source, data: said }: MessageEvent) => {
      if (said === 'ready' && source === frame.current?.contentWindow) setReady(true);
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }, []);
  useEffect(() => {
    if (!isReady || data === undefined) return;
    // Its origin is opaque; nothing in the message is secret.
    frame.current?.contentWindow?.postMessage(previewDocument(data, isDark ? 'dark' : 'light'), '*');
  }, [isReady, data, isDark]);
  const select = (
    label: string,
    value: string,
    set: (chosen: string) => void,
    options: readonly (readonly [string, string])[],
  ) => (
    <select className="Field Select" aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
  return (
    <section aria-label={brandingTexts.preview} aria-busy={isFetching}>
      <div className="Filters">
        {select(brandingTexts.page, state, setState, states)}
        {select(brandingTexts.mode, isDark ? 'dark' : 'light', (mode) => setDark(mode === 'dark'), [
          ['light', brandingTexts.light],
          ['dark', brandingTexts.dark],
        ])}
        {select(brandingTexts.width, width, setWidth, [
          ['320', brandingTexts.narrow],
          ['1100', brandingTexts.wide],
        ])}
      </div>
      {error === null ? null : (
        <Notice tone="wait">{fill(brandingTexts.stalePreview, { error: refusalWords(error) ?? '' })}</Notice>
      )}
      {/* It scrolls by keys, too. */}
      <div
        className="Preview"
        data-width={width}
        tabIndex={0}
        role="region"
        aria-label={brandingTexts.pageAsUsersSeeIt}
      >
        <iframe
          ref={frame}
          title={brandingTexts.previewOfThePage}
          src="/portal/preview-frame"
          sandbox="allow-scripts"
        />
      </div>
    </section>
  );
}
