export default async function stopRealParts() {
  await Promise.all(
    globalThis.realParts.map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGINT');
        }),
    ),
  );
  globalThis.removeRealParts();
}
