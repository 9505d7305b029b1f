import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf, trouble } from '../state/network';
import { showPhoto } from './photo-state';

/** Takes a picture with the camera; the camera is on only between the two buttons. */
export function Camera() {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream | undefined>();

  useEffect(() => {
    if (video.current && stream) video.current.srcObject = stream;
    return () => stream?.getTracks().forEach((track) => track.stop());
  }, [stream]);

  if (!('mediaDevices' in navigator)) return null;

  const open = async () => {
    try {
      setStream(await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }));
    } catch (error) {
      trouble.value = `Camera: expected a picture, got: ${messageOf(error)}. Allow the camera, or choose a file.`;
    }
  };

  const take = () => {
    const { current } = video;
    if (!current) return;
    const canvas = document.createElement('canvas');
    canvas.width = current.videoWidth;
    canvas.height = current.videoHeight;
    canvas.getContext('2d')?.drawImage(current, 0, 0);
    canvas.toBlob((blob) => {
      setStream(undefined);
      if (blob) void showPhoto(blob);
    }, 'image/png');
  };

  if (!stream) {
    return (
      <button class="button" type="button" onClick={() => void open()}>
        Use the camera
      </button>
    );
  }
  return (
    <div class="photo-camera">
      <video ref={video} autoplay playsInline muted aria-label="What the camera sees" />
      <button class="button primary" type="button" onClick={take}>
        Take the picture
      </button>
      <button class="button quiet" type="button" onClick={() => setStream(undefined)}>
        Close the camera
      </button>
    </div>
  );
}
