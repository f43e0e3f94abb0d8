/** How often the page looks for news, in milliseconds. */
const BETWEEN_LOOKS = 2500;
/** A deploy writes more often than this, in milliseconds, as long as it goes on. */
const SILENT = 60_000;

/**
 * Follows a deploy: a script file beside the page is loaded anew, since a page from a disk may load nothing else. When
 * that file is gone, the page itself is the last word, and is loaded anew.
 */
export function follow(file, show) {
  let written = 0;
  let failures = 0;
  globalThis.locustsReport = (news) => {
    if (news.written === written) return;
    written = news.written;
    show(news);
  };
  const look = () => {
    const script = document.createElement("script");
    script.src = `${file}?${Date.now()}`;
    script.onload = () => {
      failures = 0;
      script.remove();
      if (Date.now() - written > SILENT) tellSilence(written);
      setTimeout(look, BETWEEN_LOOKS);
    };
    script.onerror = () => {
      script.remove();
      failures += 1;
      if (failures > 1) location.reload();
      else setTimeout(look, BETWEEN_LOOKS / 5);
    };
    document.head.append(script);
  };
  setTimeout(look, BETWEEN_LOOKS);
}

function tellSilence(written) {
  const live = document.querySelector(".live");
  if (live)
    live.textContent = `nothing new since ${new Date(written).toLocaleTimeString()}: the deploy has ended or was killed; locusts report writes this page anew`;
}
