export default function stopRealParts(): Promise<void>;
