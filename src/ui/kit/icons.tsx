/** Line drawings of 24 by 24. They have no meaning of their own: the text beside them has it. */
import type { ComponentChildren } from 'preact';

function drawing(paths: ComponentChildren, className?: string) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={className}>
      {paths}
    </svg>
  );
}

const drawings = {
  passkey: (
    <>
      <circle cx="9.5" cy="7.5" r="3.75" />
      <path d="M2.75 20c0-3.6 2.9-6 6.75-6 1.2 0 2.3.2 3.2.6" />
      <circle cx="17.75" cy="13" r="2.75" />
      <path d="M17.75 15.75V21.5l1.75-1.5M17.75 18.5l1.5-1.2" />
    </>
  ),
  key: (
    <>
      <circle cx="7.5" cy="16.5" r="4.25" />
      <path d="m10.6 13.4 8.9-8.9M15.5 8.5l3 3M18 6l2 2" />
    </>
  ),
  app: (
    <>
      <rect x="6" y="2.5" width="12" height="19" rx="2.75" />
      <path d="M9 9.5h.01M12 9.5h.01M15 9.5h.01M9 13h.01M12 13h.01M15 13h.01M10.75 18.5h2.5" />
    </>
  ),
  approve: (
    <>
      <rect x="6" y="2.5" width="12" height="19" rx="2.75" />
      <path d="m9.25 11.25 2 2 3.5-3.75M10.75 18.5h2.5" />
    </>
  ),
  scan: (
    <>
      <path d="M3.25 8V5.5A2.25 2.25 0 0 1 5.5 3.25H8M16 3.25h2.5a2.25 2.25 0 0 1 2.25 2.25V8M20.75 16v2.5a2.25 2.25 0 0 1-2.25 2.25H16M8 20.75H5.5a2.25 2.25 0 0 1-2.25-2.25V16" />
      <path d="M7.5 7.5h3.25v3.25H7.5zM13.25 7.5h3.25v3.25h-3.25zM7.5 13.25h3.25v3.25H7.5zM13.5 13.5h.01M16.25 16.25h.01" />
    </>
  ),
  mail: (
    <>
      <rect x="2.75" y="5" width="18.5" height="14" rx="2.5" />
      <path d="m3.5 7 8.5 6 8.5-6" />
    </>
  ),
  link: (
    <>
      <path d="M10 14a4.2 4.2 0 0 0 6 0l3.2-3.2a4.24 4.24 0 0 0-6-6L12 6" />
      <path d="M14 10a4.2 4.2 0 0 0-6 0l-3.2 3.2a4.24 4.24 0 0 0 6 6L12 18" />
    </>
  ),
  lifebuoy: (
    <>
      <circle cx="12" cy="12" r="9" />
      <circle cx="12" cy="12" r="3.75" />
      <path d="m5.65 5.65 3.7 3.7M14.65 14.65l3.7 3.7M18.35 5.65l-3.7 3.7M9.35 14.65l-3.7 3.7" />
    </>
  ),
  phone: <path d="M4 4.5h16v11.5a2 2 0 0 1-2 2h-7L7 21.5V18H6a2 2 0 0 1-2-2z" />,
  chat: (
    <>
      <path d="M12 3.25a8.75 8.75 0 0 0-7.55 13.15L3.25 20.75l4.5-1.15A8.75 8.75 0 1 0 12 3.25z" />
      <path d="M8.5 12h.01M12 12h.01M15.5 12h.01" />
    </>
  ),
  shield: (
    <>
      <path d="M12 2.75 4.5 5.5v5.75c0 4.7 3.1 8.2 7.5 10 4.4-1.8 7.5-5.3 7.5-10V5.5z" />
      <path d="m8.75 11.75 2.4 2.4 4.3-4.6" />
    </>
  ),
  check: <path d="m5 12.75 4.5 4.5L19.25 7" />,
  stop: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="m5.7 5.7 12.6 12.6" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 6.75V12l3.5 2" />
    </>
  ),
  question: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M9.4 9.2a2.65 2.65 0 1 1 3.9 2.4c-.8.45-1.3 1-1.3 1.9M12 16.75h.01" />
    </>
  ),
  alert: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7.25v5.5M12 16.5h.01" />
    </>
  ),
  back: <path class="Flip" d="m14.5 5.5-6.5 6.5 6.5 6.5" />,
  next: <path class="Flip" d="m9.5 5.5 6.5 6.5-6.5 6.5" />,
  down: <path d="m5.5 9.5 6.5 6.5 6.5-6.5" />,
  add: <path d="M12 5v14M5 12h14" />,
} as const;

export type IconName = keyof typeof drawings;

export function Drawing({ name }: { readonly name: IconName }) {
  return drawing(drawings[name]);
}

/** A drawing in a circle that shows what the screen is about. */
export function Icon({ name, tone, isSmall }: { name: IconName; tone?: 'positive' | 'critical'; isSmall?: boolean }) {
  return (
    <span class={`Icon${tone === undefined ? '' : ` Icon--${tone}`}${isSmall === true ? ' Icon--small' : ''}`}>
      <Drawing name={name} />
    </span>
  );
}
