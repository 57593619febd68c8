/** The icon and the shop's name. */
export function Wordmark({ name }: { name: string }) {
  return (
    <span
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: "0.55rem",
        fontWeight: 700,
        letterSpacing: "-0.01em",
      }}
    >
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
        <path
          d="M5 3h22a2 2 0 0 1 2 2v15.5a2.5 2.5 0 0 0 0 5V27a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-1.5a2.5 2.5 0 0 0 0-5V5a2 2 0 0 1 2-2z"
          fill="#2746c7"
        />
        <path
          d="M8 9l3.6 9L16 10l4.4 8L24 9"
          fill="none"
          stroke="#fff"
          strokeWidth="2.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path d="M8 23h16" stroke="#fff" strokeWidth="1.6" strokeDasharray="2 2.5" opacity=".75" />
      </svg>
      {name}
    </span>
  );
}
