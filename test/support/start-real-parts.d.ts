export default function startRealParts(): Promise<void>;
