package pyspec;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.rmi.server.RMISocketFactory;

/**
 * Runs TLC without a network listener.
 *
 * <p>TLC's set of fingerprints is an RMI object even in a single process, and
 * exporting it opens a TCP port on every interface.  Nobody ever connects to
 * it, and its accept thread holds up the exit by a third of a second.  Here RMI
 * is given server sockets that are never bound; then TLC runs as ever.
 */
public final class QuietTLC {
    private QuietTLC() {
    }

    /** Takes TLC's own arguments; TLC ends the process with its own exit code. */
    public static void main(String[] arguments) throws Exception {
        try {
            RMISocketFactory.setSocketFactory(new NoListener());
        } catch (IOException | RuntimeException | LinkageError refused) {
            System.err.println("QuietTLC: RMI keeps its listener: " + refused);
        }
        tlc2.TLC.main(arguments);
    }

    static final class NoListener extends RMISocketFactory {
        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new SocketException("QuietTLC makes no connections");
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return new Unbound(port);
        }
    }

    /** A server socket without an address: accept waits until close. */
    static final class Unbound extends ServerSocket {
        private final int port;
        private boolean closed;

        Unbound(int port) throws IOException {
            this.port = port == 0 ? 1 : port;
        }

        /** RMI writes the port into its references, and 0 would mean "any". */
        @Override
        public int getLocalPort() {
            return port;
        }

        @Override
        public synchronized Socket accept() throws IOException {
            while (!closed) {
                try {
                    wait();
                } catch (InterruptedException interrupted) {
                    closed = true;
                }
            }
            throw new SocketException("closed");
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            notifyAll();
            super.close();
        }

        @Override
        public synchronized boolean isClosed() {
            return closed;
        }
    }
}
