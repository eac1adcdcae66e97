/** Runs ElasticMQ with the configuration beside this file, and ends it when standard input ends. */
class OnLoopback {
    public static void main(String[] arguments) throws Exception {
        org.elasticmq.server.Main.main(arguments);
        System.in.readAllBytes();
        // An ordered exit waits for the open connections.
        Runtime.getRuntime().halt(0);
    }
}
