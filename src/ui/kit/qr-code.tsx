import type { QrPicture } from './draw-qr-code.ts';

export function QrCode({ picture, label }: { readonly picture: QrPicture; readonly label: string }) {
  return (
    <div class="Qr" role="img" aria-label={label}>
      <svg viewBox={`0 0 ${picture.size} ${picture.size}`} shape-rendering="crispEdges" aria-hidden="true">
        <path d={picture.path} />
      </svg>
    </div>
  );
}
